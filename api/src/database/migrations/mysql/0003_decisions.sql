CREATE TABLE `decisions` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`tick` datetime(3) NOT NULL,
	`at` datetime(3) NOT NULL,
	`mode` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`verdict` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`size` bigint NOT NULL,
	`new_size` bigint NOT NULL,
	`is_applied` boolean NOT NULL,
	`reason` mediumtext character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`miss_rate` double,
	`gets` bigint,
	`nodes_ready` bigint,
	CONSTRAINT `decisions_id` PRIMARY KEY(`id`),
	CONSTRAINT `decisions_by_tick` UNIQUE(`tick`)
);
--> statement-breakpoint
CREATE INDEX `decisions_by_application` ON `decisions` (`is_applied`,`id`);