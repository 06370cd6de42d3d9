CREATE TABLE IF NOT EXISTS `images` (
	`image_key` varbinary(800) NOT NULL,
	`key_hash` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`version` varchar(36) character set ascii collate ascii_bin NOT NULL,
	`content_type` varchar(32) character set ascii collate ascii_bin NOT NULL,
	`size_bytes` bigint NOT NULL,
	`width` bigint NOT NULL,
	`height` bigint NOT NULL,
	`sha256` varchar(64) character set ascii collate ascii_bin NOT NULL,
	`thumb_hash` varchar(48) character set ascii collate ascii_bin NOT NULL,
	`created_at` datetime(3) NOT NULL,
	`updated_at` datetime(3) NOT NULL,
	CONSTRAINT `images_image_key` PRIMARY KEY(`image_key`),
	CONSTRAINT `images_by_version` UNIQUE(`version`),
	INDEX `images_by_key_hash` (`key_hash`)
);
