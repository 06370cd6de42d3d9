CREATE TABLE IF NOT EXISTS `image_deletions` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`last_version` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`state` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`requested_at` datetime(3) NOT NULL,
	`finished_at` datetime(3),
	`images_total` bigint NOT NULL,
	`images_deleted` bigint NOT NULL,
	`objects_removed` bigint NOT NULL,
	CONSTRAINT `image_deletions_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `leases` (
	`name` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`holder` varchar(200) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`renewals` bigint NOT NULL,
	CONSTRAINT `leases_name` PRIMARY KEY(`name`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `nodes` (
	`id` varchar(300) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`slot` bigint NOT NULL,
	`label` varchar(300) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`address` mediumtext character set utf8mb4 collate utf8mb4_bin,
	`state` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`state_since` datetime(3) NOT NULL,
	`reason` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`launched_at` datetime(3) NOT NULL,
	`drain_deadline` datetime(3),
	`config_version` bigint NOT NULL,
	`must_be_emptied` boolean NOT NULL,
	CONSTRAINT `nodes_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `pool` (
	`id` bigint NOT NULL,
	`revision` bigint NOT NULL,
	`desired_size` bigint NOT NULL,
	`epoch` bigint NOT NULL,
	`members` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`previous_members` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`warmed_epoch` bigint NOT NULL,
	`capacity_mib` bigint NOT NULL,
	`eviction_policy` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`copy_limit_mibps` bigint NOT NULL,
	`config_version` bigint NOT NULL,
	CONSTRAINT `pool_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `pool_events` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`at` datetime(3) NOT NULL,
	`node` varchar(300) character set utf8mb4 collate utf8mb4_bin,
	`text` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	CONSTRAINT `pool_events_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `resizes` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`place` bigint NOT NULL,
	`from_size` bigint NOT NULL,
	`to_size` bigint NOT NULL,
	`state` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`reason` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`requested_at` datetime(3) NOT NULL,
	`started_at` datetime(3),
	`finished_at` datetime(3),
	`cancel_requested` boolean NOT NULL,
	`entries_total` bigint,
	`bytes_total` bigint,
	`entries_copied` bigint NOT NULL,
	`bytes_copied` bigint NOT NULL,
	CONSTRAINT `resizes_id` PRIMARY KEY(`id`),
	INDEX `resizes_by_finish` (`finished_at`,`id`)
);
--> statement-breakpoint
CREATE TABLE IF NOT EXISTS `scaling_policy` (
	`id` bigint NOT NULL,
	`mode` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`max_miss_rate` double NOT NULL,
	`min_miss_rate` double NOT NULL,
	`expand_ratio` double NOT NULL,
	`shrink_ratio` double NOT NULL,
	`min_nodes` bigint NOT NULL,
	`max_nodes` bigint NOT NULL,
	`cooldown_seconds` bigint NOT NULL,
	`flap_window_minutes` bigint NOT NULL,
	`updated_at` datetime(3),
	CONSTRAINT `scaling_policy_id` PRIMARY KEY(`id`)
);
