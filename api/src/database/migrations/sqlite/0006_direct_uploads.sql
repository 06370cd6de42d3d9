CREATE TABLE `direct_uploads` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`image_key` text NOT NULL,
	`size_bytes` integer NOT NULL,
	`content_type` text(32) NOT NULL,
	`sha256` text(64) NOT NULL,
	`overwrite` integer NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer NOT NULL,
	`completed_at` integer
);
--> statement-breakpoint
CREATE INDEX `direct_uploads_by_time` ON `direct_uploads` (`created_at`);