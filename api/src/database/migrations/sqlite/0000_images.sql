CREATE TABLE `images` (
	`image_key` text PRIMARY KEY NOT NULL,
	`key_hash` text(32) NOT NULL,
	`version` text(36) NOT NULL,
	`content_type` text(32) NOT NULL,
	`size_bytes` integer NOT NULL,
	`width` integer NOT NULL,
	`height` integer NOT NULL,
	`sha256` text(64) NOT NULL,
	`thumb_hash` text(48) NOT NULL,
	`created_at` integer NOT NULL,
	`updated_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `images_by_key_hash` ON `images` (`key_hash`);--> statement-breakpoint
CREATE UNIQUE INDEX `images_by_version` ON `images` (`version`);