CREATE TABLE `sessions` (
	`id` text(43) PRIMARY KEY NOT NULL,
	`token_id` text(48) NOT NULL,
	`secret_hash` text(64) NOT NULL,
	`previous_hash` text(64),
	`created_at` integer NOT NULL,
	`rotated_at` integer NOT NULL,
	`last_used_at` integer NOT NULL
);
--> statement-breakpoint
CREATE INDEX `sessions_by_token` ON `sessions` (`token_id`);--> statement-breakpoint
CREATE TABLE `tokens` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`name` text(200) NOT NULL,
	`role` text(16) NOT NULL,
	`hash` text(64) NOT NULL,
	`created_at` integer NOT NULL,
	`expires_at` integer,
	`last_used_at` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `tokens_by_hash` ON `tokens` (`hash`);