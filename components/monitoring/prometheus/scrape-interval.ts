/** The seconds between two scrapes of a node. */
export const SCRAPE_INTERVAL_SECONDS = 15;
