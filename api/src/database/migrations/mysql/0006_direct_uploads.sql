CREATE TABLE `direct_uploads` (
	`id` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`image_key` varbinary(800) NOT NULL,
	`size_bytes` bigint NOT NULL,
	`content_type` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`sha256` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`overwrite` boolean NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`expires_at` datetime(3) NOT NULL,
	`completed_at` datetime(3),
	CONSTRAINT `direct_uploads_id` PRIMARY KEY(`id`)
);
--> statement-breakpoint
CREATE INDEX `direct_uploads_by_time` ON `direct_uploads` (`created_at`);