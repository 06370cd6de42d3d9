CREATE TABLE `image_deletions` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`last_version` text(36) NOT NULL,
	`state` text(16) NOT NULL,
	`requested_at` integer NOT NULL,
	`finished_at` integer,
	`images_total` integer NOT NULL,
	`images_deleted` integer NOT NULL,
	`objects_removed` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `leases` (
	`name` text(32) PRIMARY KEY NOT NULL,
	`holder` text(200) NOT NULL,
	`renewals` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `nodes` (
	`id` text(300) PRIMARY KEY NOT NULL,
	`slot` integer NOT NULL,
	`label` text(300) NOT NULL,
	`address` text,
	`state` text(16) NOT NULL,
	`state_since` integer NOT NULL,
	`reason` text NOT NULL,
	`launched_at` integer NOT NULL,
	`drain_deadline` integer,
	`config_version` integer NOT NULL,
	`must_be_emptied` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `pool` (
	`id` integer PRIMARY KEY NOT NULL,
	`revision` integer NOT NULL,
	`desired_size` integer NOT NULL,
	`epoch` integer NOT NULL,
	`members` text NOT NULL,
	`previous_members` text NOT NULL,
	`warmed_epoch` integer NOT NULL,
	`capacity_mib` integer NOT NULL,
	`eviction_policy` text(16) NOT NULL,
	`copy_limit_mibps` integer NOT NULL,
	`config_version` integer NOT NULL
);
--> statement-breakpoint
CREATE TABLE `pool_events` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`at` integer NOT NULL,
	`node` text(300),
	`text` text NOT NULL
);
--> statement-breakpoint
CREATE TABLE `resizes` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`place` integer NOT NULL,
	`from_size` integer NOT NULL,
	`to_size` integer NOT NULL,
	`state` text(16) NOT NULL,
	`reason` text NOT NULL,
	`requested_at` integer NOT NULL,
	`started_at` integer,
	`finished_at` integer,
	`cancel_requested` integer NOT NULL,
	`entries_total` integer,
	`bytes_total` integer,
	`entries_copied` integer NOT NULL,
	`bytes_copied` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `resizes_by_finish` ON `resizes` (`finished_at`,`id`);--> statement-breakpoint
CREATE TABLE `scaling_policy` (
	`id` integer PRIMARY KEY NOT NULL,
	`mode` text(16) NOT NULL,
	`max_miss_rate` real NOT NULL,
	`min_miss_rate` real NOT NULL,
	`expand_ratio` real NOT NULL,
	`shrink_ratio` real NOT NULL,
	`min_nodes` integer NOT NULL,
	`max_nodes` integer NOT NULL,
	`cooldown_seconds` integer NOT NULL,
	`flap_window_minutes` integer NOT NULL,
	`updated_at` integer
);
