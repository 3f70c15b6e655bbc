variable "backup" {
  description = "Prefix in OSS of the backup files of the migration."
  type        = string
  default     = "shop/2026-11-20/"
}

# A change of the backup replaces the gate, and the new gate waits again.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  triggers       = { backup = var.backup }

  timeouts = {
    create = "6h"
  }

  # Keep the old gate in the state until the new one is open.
  lifecycle {
    create_before_destroy = true
  }
}

# Placeholder for the release. It is replaced whenever a new gate has opened.
resource "terraform_data" "release" {
  input            = "2.0.0"
  triggers_replace = alicloud_rds_migrate_gate.shop.opened_at

  # Otherwise, Terraform destroys the old one before the new gate is open.
  lifecycle {
    create_before_destroy = true
  }
}
