terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

variable "db_instance_id" {
  description = "ID of the RDS instance that the databases are migrated to."
  type        = string
}

variable "db_names" {
  description = "Databases that must be online before the release."
  type        = set(string)

  validation {
    condition     = length(var.db_names) > 0
    error_message = "Name at least one database."
  }
}

variable "release" {
  description = "Version of the application to release."
  type        = string
}

variable "timeout" {
  description = "How long to wait for the databases."
  type        = string
  default     = "6h"
}

variable "poll_interval" {
  description = "Time between two polls."
  type        = string
  default     = "15s"
}

resource "alicloud_rds_migrate_gate" "this" {
  db_instance_id = var.db_instance_id
  db_names       = var.db_names
  poll_interval  = var.poll_interval

  timeouts = {
    create = var.timeout
  }

  # If a new gate does not open, the old gate remains in the state.
  lifecycle {
    create_before_destroy = true
  }
}

# Placeholder for the release of the application.
resource "terraform_data" "release" {
  input            = var.release
  triggers_replace = alicloud_rds_migrate_gate.this.opened_at

  # Otherwise, Terraform destroys the old one before the new gate is open.
  lifecycle {
    create_before_destroy = true
  }
}

output "released" {
  description = "The released version, and the day on which the gate opened."
  value = format("%s on %s",
    terraform_data.release.output,
    formatdate("YYYY-MM-DD", alicloud_rds_migrate_gate.this.opened_at),
  )
}

output "databases" {
  description = "The migration task of each database."
  value       = alicloud_rds_migrate_gate.this.databases
}
