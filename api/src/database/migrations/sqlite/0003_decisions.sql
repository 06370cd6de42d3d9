CREATE TABLE `decisions` (
	`id` text(36) PRIMARY KEY NOT NULL,
	`tick` integer NOT NULL,
	`at` integer NOT NULL,
	`mode` text(16) NOT NULL,
	`verdict` text(16) NOT NULL,
	`size` integer NOT NULL,
	`new_size` integer NOT NULL,
	`is_applied` integer NOT NULL,
	`reason` text NOT NULL,
	`miss_rate` real,
	`gets` integer,
	`nodes_ready` integer
);
--> statement-breakpoint
CREATE UNIQUE INDEX `decisions_by_tick` ON `decisions` (`tick`);--> statement-breakpoint
CREATE INDEX `decisions_by_application` ON `decisions` (`is_applied`,`id`);