import type { Actor } from '../audit/audit-log.ts';
import { ROLES, type Role } from '../store/schema.ts';

/** Who makes a request: a person in a session, or a program with a token. */
export interface Principal {
  kind: 'user' | 'token';
  id: string;
  name: string;
  /** Null for the whole installation. */
  tenant: string | null;
  role: Role;
  /** What a change must carry in a header when a cookie vouches for the request. */
  csrfToken?: string;
}

export function hasRole(principal: Principal, needed: Role): boolean {
  return ROLES.indexOf(principal.role) >= ROLES.indexOf(needed);
}

export function mayEnter(principal: Principal, tenant: string): boolean {
  return principal.tenant === null || principal.tenant === tenant;
}

export function actorOf({ kind, name }: Principal): Actor {
  return { name: `${kind}:${name}` };
}
