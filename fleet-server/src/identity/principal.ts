import type { Actor } from '../audit/audit-log.ts';
import { ROLES, type Role } from '../store/schema.ts';

/** Who makes a request: a person in a session, a program with a token, or a platform with its account, which only reads. */
export interface Principal {
  kind: 'user' | 'token' | 'platform';
  id: string;
  name: string;
  /** Null for the whole installation. */
  tenant: string | null;
  role: Role;
  /** What a change must carry in a header when a cookie vouches for the request. */
  csrfToken?: string;
  /** Of a person whose password others have seen: nothing else may be done before it is changed. */
  mustChangePassword?: boolean;
  /** Of a token: the person behind it; null where the command line made it. */
  owner?: string | null;
}

/** The person in whose name something is made; null where nobody is behind it. */
export function ownerOf({ kind, id, owner }: Principal): string | null {
  return kind === 'user' ? id : (owner ?? null);
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
