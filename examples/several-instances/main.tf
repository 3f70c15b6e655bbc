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
  description = "The databases that move, by the RDS instance that they move into."
  type        = map(set(string))
}

# A gate for each instance. They wait side by side; one more instance makes one more gate, and leaves the others open.
resource "alicloud_rds_migrate_gate" "each" {
  for_each = var.instances

  db_instance_id = each.key
  db_names       = each.value
}

# Stands for what each instance needs once its databases are there, such as a DNS record. What names a gate by
# each.key waits for the gates of all: Terraform goes on with all of them or with none.
resource "terraform_data" "dns" {
  for_each = var.instances

  input = {
    instance = each.key
    opened   = alicloud_rds_migrate_gate.each[each.key].opened_at
  }
}

# Stands for what needs the databases of all instances.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [terraform_data.dns]
}

output "opened_at" {
  description = "When the databases of each instance were there."
  value       = { for instance, gate in alicloud_rds_migrate_gate.each : instance => gate.opened_at }
}
