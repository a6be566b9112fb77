/** The number of records named of each verdict. */
export const firstRecords = 5;
