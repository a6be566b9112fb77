import { ledgerTable } from "./ledger.js";

/** The statement that creates the table `grid`, which has one row. */
export const gridTable = `
CREATE TABLE IF NOT EXISTS grid (
  crs VARCHAR, width BIGINT, height BIGINT, xmin DOUBLE, ymin DOUBLE, xmax DOUBLE, ymax DOUBLE,
  x_resolution DOUBLE, y_resolution DOUBLE);
`;

/** The statements that create the schemas and tables of a store, as far as they are absent. */
export const storeTables = `
${gridTable}
CREATE SCHEMA IF NOT EXISTS staged;
CREATE SCHEMA IF NOT EXISTS dense;
CREATE SCHEMA IF NOT EXISTS sparse;
CREATE SCHEMA IF NOT EXISTS lists;
CREATE SCHEMA IF NOT EXISTS outside;
CREATE SCHEMA IF NOT EXISTS masked;
CREATE SCHEMA IF NOT EXISTS why;
CREATE SCHEMA IF NOT EXISTS records;
CREATE SCHEMA IF NOT EXISTS verdicts;
CREATE SCHEMA IF NOT EXISTS rejected;
CREATE SCHEMA IF NOT EXISTS derived;
CREATE TABLE IF NOT EXISTS datasets (
  name VARCHAR, position INTEGER, path VARCHAR, driver VARCHAR, method VARCHAR, data_type VARCHAR,
  layout VARCHAR, key VARCHAR, complete BOOLEAN, facts VARCHAR);
${ledgerTable}
CREATE TABLE IF NOT EXISTS outputs (
  path VARCHAR, format VARCHAR, bytes BIGINT, rows BIGINT, sha256 VARCHAR, made_from VARCHAR, state VARCHAR);
CREATE TABLE IF NOT EXISTS runs (
  run INTEGER, experiment VARCHAR, version VARCHAR, started TIMESTAMP, seconds DOUBLE, status VARCHAR,
  rows BIGINT, peak_rss_bytes BIGINT, memory_limit_bytes BIGINT, mode_start VARCHAR, mode_end VARCHAR,
  configuration VARCHAR, error VARCHAR);
CREATE TABLE IF NOT EXISTS stages (run INTEGER, name VARCHAR, seconds DOUBLE, rows BIGINT, peak_rss_bytes BIGINT);
ALTER TABLE stages ADD COLUMN IF NOT EXISTS growth_bytes BIGINT;
CREATE TABLE IF NOT EXISTS memory_operations (
  run INTEGER, stage VARCHAR, operation VARCHAR, calls BIGINT, seconds DOUBLE, peak_bytes BIGINT, growth_bytes BIGINT);
CREATE TABLE IF NOT EXISTS memory_leaks (
  run INTEGER, stage VARCHAR, operation VARCHAR, batches BIGINT, bytes_per_batch DOUBLE, grown_bytes BIGINT);
CREATE TABLE IF NOT EXISTS memory_samples (run INTEGER, time TIMESTAMP, used BIGINT, "limit" BIGINT);
ALTER TABLE memory_samples ADD COLUMN IF NOT EXISTS heap BIGINT;
ALTER TABLE memory_samples ADD COLUMN IF NOT EXISTS external BIGINT;
ALTER TABLE memory_samples ADD COLUMN IF NOT EXISTS array_buffers BIGINT;
ALTER TABLE memory_samples ADD COLUMN IF NOT EXISTS workers BIGINT[];
ALTER TABLE memory_samples ADD COLUMN IF NOT EXISTS duckdb BIGINT;
CREATE TABLE IF NOT EXISTS memory_events (run INTEGER, time TIMESTAMP, level VARCHAR, ratio DOUBLE, action VARCHAR);
CREATE TABLE IF NOT EXISTS estimates (run INTEGER, quantity VARCHAR, predicted DOUBLE, actual DOUBLE);
CREATE TABLE IF NOT EXISTS warnings (run INTEGER, message VARCHAR);
`;

/** The schemas of what is kept of a dataset's records. */
export const recordSchemas = ["records", "verdicts", "rejected", "derived"] as const;

export type RecordSchema = (typeof recordSchemas)[number];
