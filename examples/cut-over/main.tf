terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

provider "alicloud" {
  region = "cn-hangzhou"
}

variable "db_instance_id" {
  description = "ID of the RDS instance to which the databases are migrated."
  type        = string
}

variable "db_names" {
  description = "Databases whose migration must succeed before the cut-over."
  type        = set(string)
}

variable "backup" {
  description = "Identifies the migration, such as the prefix of its backup files in OSS. A change replaces the gate."
  type        = string
}

variable "release" {
  description = "Version of the application."
  type        = string
}

# Waits until the migration of every database has succeeded. All resources below depend on it.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = var.db_instance_id
  db_names       = var.db_names
  triggers       = { backup = var.backup }

  timeouts = {
    create = "6h"
  }

  # Keep the old gate in the state until the new one is open.
  lifecycle {
    create_before_destroy = true
  }
}

# Placeholder for the DNS record of the databases.
resource "terraform_data" "dns" {
  input = {
    name   = "db.shop.example.com"
    target = var.db_instance_id
  }
  depends_on = [alicloud_rds_migrate_gate.shop]
}

# Placeholder for the release of the application. It is replaced whenever a new gate has opened.
resource "terraform_data" "release" {
  input            = var.release
  triggers_replace = alicloud_rds_migrate_gate.shop.opened_at
  depends_on       = [terraform_data.dns]

  # Otherwise, Terraform destroys the old release before the new gate is open.
  lifecycle {
    create_before_destroy = true
  }
}

output "databases" {
  description = "The migration task of each database."
  value       = alicloud_rds_migrate_gate.shop.databases
}
