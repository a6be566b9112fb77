/** Airports that the strike reports call by another name than airports.csv, or place in another state. */
const otherwise = {
  "ATLANTA INTL": "ATL",
  "BALTIMORE WASH INTL": "BWI",
  "DETROIT METRO WAYNE COUNTY ARPT": "DTW",
  "GREATER PITTSBURGH": "PIT",
  "HOUSTON-HOBBY": "HOU",
  "LAGUARDIA NY": "LGA",
  "LOGAN INTL": "BOS",
  "LOUISVILLE INTL ARPT": "SDF",
  "METRO OAKLAND INTL": "OAK",
  "MINETA SAN JOSE INTL": "SJC",
  "NEWARK LIBERTY INTL ARPT": "EWR",
  "RONALD REAGAN WASHINGTON NATL": "DCA", // in Virginia
  "WASHINGTON DULLES INTL ARPT": "IAD", // in Virginia
};

/** The states of the reports by their name there. */
const states = {
  Arizona: "AZ",
  California: "CA",
  Colorado: "CO",
  Florida: "FL",
  Georgia: "GA",
  Hawaii: "HI",
  Illinois: "IL",
  Indiana: "IN",
  Kentucky: "KY",
  Louisiana: "LA",
  Maryland: "MD",
  Massachusetts: "MA",
  Michigan: "MI",
  Minnesota: "MN",
  Missouri: "MO",
  Nebraska: "NE",
  "New Jersey": "NJ",
  "New York": "NY",
  "North Carolina": "NC",
  Ohio: "OH",
  Oklahoma: "OK",
  Oregon: "OR",
  Pennsylvania: "PA",
  "South Carolina": "SC",
  Tennessee: "TN",
  Texas: "TX",
  Utah: "UT",
  Washington: "WA",
};

/**
 * Finds the airport of a report: the one in its state with the same name, apart from case, punctuation and the words for
 * "international" and "airport", or the one listed above. Undefined if there is none, or more than one.
 */
export function airportFinder(airports) {
  const byCode = new Map(airports.map((airport) => [airport.iata, airport]));
  const byName = new Map();
  for (const airport of airports) {
    const key = `${bare(airport.name)}, ${airport.state}`;
    byName.set(key, byName.has(key) ? undefined : airport);
  }
  return (name, state) => byCode.get(otherwise[name]) ?? byName.get(`${bare(name)}, ${states[state]}`);
}

/** "PORTLAND INTL (OR)" and "Portland International" are both "portland". */
export function bare(name) {
  return name
    .toLowerCase()
    .replaceAll(/\(.*?\)|'/g, "")
    .split(/[^a-z0-9]+/)
    .filter((word) => word !== "" && !["intl", "international", "arpt", "airport"].includes(word))
    .join(" ");
}
