variable "backup" {
  description = "Prefix of the backup files in OSS."
  type        = string
  default     = "shop/2026-11-20/"
}

# Changing the backup replaces the gate. The new gate waits if the new migration has been started.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  triggers       = { backup = var.backup }

  timeouts = {
    create = "6h"
  }

  # Keep the old gate in the state until the new one is open, and also if the new one reports an error.
  lifecycle {
    create_before_destroy = true
  }
}

# Placeholder for the release. It is replaced whenever a new gate has opened.
resource "terraform_data" "release" {
  input            = "2.0.0"
  triggers_replace = alicloud_rds_migrate_gate.shop.opened_at

  # Otherwise, Terraform destroys the old release before the new gate is open.
  lifecycle {
    create_before_destroy = true
  }
}
