# Without this block the module's alicloud would be hashicorp/alicloud, whatever its caller has.
terraform {
  required_providers {
    alicloud = {
      source  = "rds-migrate/alicloud"
      version = "~> 0.1"
    }
  }
}

variable "db_instance_id" {
  description = "The RDS instance that the databases move into."
  type        = string
}

variable "db_names" {
  description = "The databases that must be there before the cut-over."
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

# Stands for the DNS record.
resource "terraform_data" "dns" {
  input      = var.db_instance_id
  depends_on = [alicloud_rds_migrate_gate.this]
}

output "opened_at" {
  description = "When the databases were there."
  value       = alicloud_rds_migrate_gate.this.opened_at
}

output "wait" {
  description = "How long the gate waits at most."
  value       = alicloud_rds_migrate_gate.this.timeouts.create
}
