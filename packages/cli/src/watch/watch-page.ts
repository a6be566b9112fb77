import { html } from "../html-report/html.js";
import { factNames, type FactName, type WatchState } from "./watch-state.js";

/** The page about a run in progress. Without JavaScript it is loaded again every few seconds. */
export function watchPage(experiment: string, { facts, chart, ended }: WatchState): string {
  const title = `${experiment}: Quadrat at work`;
  return html`<!DOCTYPE html>
    <html lang="en">
      <head>
        <meta charset="utf-8" />
        <meta name="viewport" content="width=device-width, initial-scale=1" />
        <meta name="color-scheme" content="light dark" />
        <title>${title}</title>
        <link rel="stylesheet" href="page.css" />
        <link rel="icon" href="data:," />
        ${ended === null && html`<noscript><meta http-equiv="refresh" content="3" /></noscript>`}
      </head>
      <body>
        <header>
          <p class="brand">Quadrat at work</p>
          <h1>${experiment}</h1>
        </header>
        <main id="main">
          <p data-status role="status">${ended ?? "The run is going on."}</p>
          <h2>Memory</h2>
          <div class="chart wide" data-memory></div>
          <table>
            <caption>
              The run as of now
            </caption>
            <tbody>
              ${Object.entries(factNames).map(
                ([name, label]) =>
                  html`<tr>
                    <th scope="row">${label}</th>
                    <td data-fact="${name}">${facts[name as FactName]}</td>
                  </tr>`,
              )}
            </tbody>
          </table>
          <h2>Decisions because of memory</h2>
          <ul data-decisions>
            ${chart.decisions.map(({ at, action }) => html`<li>after ${Math.round(at)} s: ${action}</li>`)}
          </ul>
        </main>
        <script src="watch.js"></script>
      </body>
    </html> `.text;
}
