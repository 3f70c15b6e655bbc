variable "databases" {
  type    = set(string)
  default = ["customers", "orders"]
}

# A gate for each database: one more database makes one more gate, and leaves those alone that are open.
resource "alicloud_rds_migrate_gate" "each" {
  for_each = var.databases

  db_instance_id = "rm-uf6wjk5shop"
  db_names       = [each.key]
}

# Stands for what needs one of the databases.
resource "terraform_data" "orders" {
  input      = "orders"
  depends_on = [alicloud_rds_migrate_gate.each["orders"]]
}

# Stands for what needs them all.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [alicloud_rds_migrate_gate.each]
}
