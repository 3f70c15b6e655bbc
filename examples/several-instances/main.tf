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

variable "instances" {
  description = "Databases to migrate, by the ID of the RDS instance."
  type        = map(set(string))
}

# A gate for each instance. The gates wait at the same time. Adding an instance creates a gate, and does not change the
# others.
resource "alicloud_rds_migrate_gate" "instance" {
  for_each = var.instances

  db_instance_id = each.key
  db_names       = each.value
}

# Placeholder for a resource of each instance, such as a DNS record. A reference with each.key depends on all gates:
# Terraform creates all of these resources, or none.
resource "terraform_data" "dns" {
  for_each = var.instances

  input = {
    instance = each.key
    opened   = alicloud_rds_migrate_gate.instance[each.key].opened_at
  }
}

# Placeholder for a resource that depends on the databases of all instances.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [terraform_data.dns]
}

output "opened_at" {
  description = "When the gate of each instance opened."
  value       = { for instance, gate in alicloud_rds_migrate_gate.instance : instance => gate.opened_at }
}
