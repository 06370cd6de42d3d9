CREATE TABLE `api_minutes` (
	`minute` bigint NOT NULL,
	`process` varchar(200) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`seconds` bigint NOT NULL,
	`object_reads` bigint NOT NULL,
	`previous_owner_reads` bigint NOT NULL,
	`times` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `api_minutes_by_minute` UNIQUE(`minute`,`process`)
);
--> statement-breakpoint
CREATE TABLE `node_minutes` (
	`minute` bigint NOT NULL,
	`node` varchar(300) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`name` varchar(300) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`seconds` bigint NOT NULL,
	`observed_seconds` bigint NOT NULL,
	`seen_seconds` bigint NOT NULL,
	`missed_seconds` bigint NOT NULL,
	`is_ready` boolean NOT NULL,
	`hits` bigint NOT NULL,
	`misses` bigint NOT NULL,
	`sets` bigint NOT NULL,
	`evictions` bigint NOT NULL,
	`bytes_in` bigint NOT NULL,
	`bytes_out` bigint NOT NULL,
	`items` bigint,
	`bytes` bigint,
	`capacity_bytes` bigint,
	`connections` bigint,
	`total_hits` bigint,
	`total_misses` bigint,
	`total_sets` bigint,
	`total_evictions` bigint,
	`total_bytes_in` bigint,
	`total_bytes_out` bigint,
	CONSTRAINT `node_minutes_by_minute` UNIQUE(`minute`,`node`)
);
