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

# Waits during the apply until the migration of both databases has succeeded.
resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
}

# Placeholder for the release.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [alicloud_rds_migrate_gate.shop]
}
