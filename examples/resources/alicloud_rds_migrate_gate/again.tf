variable "backup" {
  description = "Prefix in OSS of the backup files that are being migrated."
  type        = string
  default     = "shop/2026-11-20/"
}

# Another backup makes a new gate, which waits again.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
  triggers       = { backup = var.backup }

  timeouts = {
    create = "6h"
  }

  # The old gate stays until the new one is open.
  lifecycle {
    create_before_destroy = true
  }
}

# Names the time at which the gate opened, so that it is carried out again with every new gate.
resource "terraform_data" "release" {
  input            = "2.0.0"
  triggers_replace = alicloud_rds_migrate_gate.shop.opened_at

  # Otherwise, Terraform destroys the old one before the new gate is open.
  lifecycle {
    create_before_destroy = true
  }
}
