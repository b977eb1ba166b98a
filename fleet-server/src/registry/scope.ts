/** The tenant that a query is about. Every function that reads or writes a tenant's things takes one. */
export interface TenantScope {
  tenant: string;
}
