CREATE TABLE `api_minutes` (
	`minute` integer NOT NULL,
	`process` text(200) NOT NULL,
	`seconds` integer NOT NULL,
	`object_reads` integer NOT NULL,
	`previous_owner_reads` integer NOT NULL,
	`times` text NOT NULL
);
--> statement-breakpoint
CREATE UNIQUE INDEX `api_minutes_by_minute` ON `api_minutes` (`minute`,`process`);--> statement-breakpoint
CREATE TABLE `node_minutes` (
	`minute` integer NOT NULL,
	`node` text(300) NOT NULL,
	`name` text(300) NOT NULL,
	`seconds` integer NOT NULL,
	`observed_seconds` integer NOT NULL,
	`seen_seconds` integer NOT NULL,
	`missed_seconds` integer NOT NULL,
	`is_ready` integer NOT NULL,
	`hits` integer NOT NULL,
	`misses` integer NOT NULL,
	`sets` integer NOT NULL,
	`evictions` integer NOT NULL,
	`bytes_in` integer NOT NULL,
	`bytes_out` integer NOT NULL,
	`items` integer,
	`bytes` integer,
	`capacity_bytes` integer,
	`connections` integer,
	`total_hits` integer,
	`total_misses` integer,
	`total_sets` integer,
	`total_evictions` integer,
	`total_bytes_in` integer,
	`total_bytes_out` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `node_minutes_by_minute` ON `node_minutes` (`minute`,`node`);