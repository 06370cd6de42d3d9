CREATE TABLE `sessions` (
	`id` varchar(43) character set ascii collate ascii_bin NOT NULL,
	`token_id` varchar(48) character set ascii collate ascii_bin NOT NULL,
	`secret_hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`previous_hash` varchar(64) character set ascii collate ascii_bin,
	`created_at` datetime(3) NOT NULL,
	`rotated_at` datetime(3) NOT NULL,
	`last_used_at` datetime(3) NOT NULL,
	CONSTRAINT `sessions_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`name` varchar(200) character set utf8mb4 collate utf8mb4_bin NOT NULL,
	`role` varchar(16) character set ascii collate ascii_bin NOT NULL,
	`hash` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3),
	`last_used_at` datetime(3),
	CONSTRAINT `tokens_id` PRIMARY KEY(`id`),
	CONSTRAINT `tokens_by_hash` UNIQUE(`hash`)
);
--> statement-breakpoint
CREATE INDEX `sessions_by_token` ON `sessions` (`token_id`);