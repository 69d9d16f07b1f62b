-- How far a rebuild of all runs has come, a row per shard of it, so that one that was stopped goes on where it was.

CREATE TABLE dvt.rebuild (
  shard smallint PRIMARY KEY,
  after uuid,              -- every run of the shard up to this one is done; NULL: none
  events bigint NOT NULL,  -- read by it so far
  done boolean NOT NULL
);

INSERT INTO dvt.schema_level (level) VALUES (10);
