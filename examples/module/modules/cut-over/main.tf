# Without this block, alicloud would be hashicorp/alicloud in this module, whatever the root module requires.
terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

variable "db_instance_id" {
  description = "ID of the RDS instance to which the databases are migrated."
  type        = string
}

variable "db_names" {
  description = "Databases whose migration must succeed before the cut-over."
  type        = set(string)
}

variable "wait" {
  description = "How long the gate waits for the migration before it reports an error, such as \"6h\"."
  type        = string
  default     = "2h"
}

resource "alicloud_rds_migrate_gate" "this" {
  db_instance_id = var.db_instance_id
  db_names       = var.db_names

  timeouts = {
    create = var.wait
  }
}

# Placeholder for the DNS record.
resource "terraform_data" "dns" {
  input      = var.db_instance_id
  depends_on = [alicloud_rds_migrate_gate.this]
}

output "opened_at" {
  description = "When the gate opened."
  value       = alicloud_rds_migrate_gate.this.opened_at
}

output "wait" {
  description = "How long the gate waits at most."
  value       = alicloud_rds_migrate_gate.this.timeouts.create
}
