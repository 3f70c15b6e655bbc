variable "databases" {
  type    = set(string)
  default = ["customers", "orders"]
}

# A gate for each database. Adding a database creates a gate, and does not change the others.
resource "alicloud_rds_migrate_gate" "database" {
  for_each = var.databases

  db_instance_id = "rm-uf6wjk5shop"
  db_names       = [each.key]
}

# Placeholder for a resource that depends on one database.
resource "terraform_data" "orders" {
  input      = "orders"
  depends_on = [alicloud_rds_migrate_gate.database["orders"]]
}

# Placeholder for a resource that depends on all databases.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [alicloud_rds_migrate_gate.database]
}
