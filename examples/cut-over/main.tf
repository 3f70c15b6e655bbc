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
  description = "The RDS instance that the databases move into."
  type        = string
}

variable "db_names" {
  description = "The databases that must be there before the cut-over."
  type        = set(string)
}

variable "backup" {
  description = "What stands for the migration, such as the prefix of its backup files in OSS. Another one waits again."
  type        = string
}

variable "release" {
  description = "The version of the application to release."
  type        = string
}

# Opens when the migration of every database has succeeded. Everything below waits for it.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = var.db_instance_id
  db_names       = var.db_names
  triggers       = { backup = var.backup }

  timeouts = {
    create = "6h"
  }

  # The old gate stays until the new one is open.
  lifecycle {
    create_before_destroy = true
  }
}

# Stands for the DNS record that leads the application to the databases.
resource "terraform_data" "dns" {
  input = {
    name   = "db.shop.example.com"
    target = var.db_instance_id
  }
  depends_on = [alicloud_rds_migrate_gate.shop]
}

# Stands for the release of the application. It names the time at which the gate opened, so that every new gate brings
# it about again.
resource "terraform_data" "release" {
  input            = var.release
  triggers_replace = alicloud_rds_migrate_gate.shop.opened_at
  depends_on       = [terraform_data.dns]

  # Otherwise, Terraform destroys the old one before the new gate is open.
  lifecycle {
    create_before_destroy = true
  }
}

output "databases" {
  description = "The migration task that brought each database."
  value       = alicloud_rds_migrate_gate.shop.databases
}
