resource "alicloud_rds_migrate_gate" "shop" {
  db_instance_id = "rm-uf6wjk5shop"
  db_names       = ["customers", "orders"]
}

# Placeholder for a DNS record, a connection string, or a release. It is created or updated after the gate has opened.
resource "terraform_data" "release" {
  input      = "2.0.0"
  depends_on = [alicloud_rds_migrate_gate.shop]
}
