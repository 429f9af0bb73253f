/** The rights that the login of a database needs: two roles that it may take on, and a schema of its own. */
import { Refusal } from "@counterpart/domain/refusals.ts";
import type { Db } from "./database.ts";
import { hasCode } from "./run-as.ts";

/** Roles belong to the whole server: each of its databases that Counterpart uses shares them. */
const ROLES = ["counterpart_writer", "counterpart_reader"];
const NOT_PERMITTED = "42501";
/** Of two processes that make a role at once, the second is told so. */
const MADE_MEANWHILE = ["42710", "23505"];

type Lacking = {
  readonly login: string;
  readonly missing: readonly string[];
  readonly notTaken: readonly string[];
};

/**
 * Makes the roles that Counterpart works as, where there are none, and lets the login take them on. A login
 * without CREATEROLE cannot: `database.rights-missing` says what an administrator runs instead, once.
 */
export async function ensureRoles(db: Db): Promise<void> {
  const lacking = await findLacking(db);
  for (const statement of statementsFor(lacking)) {
    try {
      await db.query(statement);
    } catch (error) {
      if (hasCode(error, ...MADE_MEANWHILE)) continue;
      if (!hasCode(error, NOT_PERMITTED)) throw error;
      const { login } = lacking;
      throw rightsMissing(login, error, statementsFor(await findLacking(db)));
    }
  }
}

/**
 * What to answer a login that may not work in its schema: because the database is another's, or because
 * another login has made the tables. Null for any other error.
 */
export async function refusalOfRights(db: Db, error: unknown): Promise<Refusal | null> {
  const reason = error instanceof Error && error.cause !== undefined ? error.cause : error;
  if (!hasCode(reason, NOT_PERMITTED)) return null;
  const { rows } = await db.query<{ login: string; sql: string }>(
    `SELECT quote_ident(session_user) AS login,
            coalesce((SELECT format('GRANT %I TO %I', pg_get_userbyid(relowner), session_user)
                        FROM pg_class WHERE oid = to_regclass('public.migration')
                         AND NOT pg_has_role(relowner, 'USAGE')),
                     format('ALTER DATABASE %I OWNER TO %I', current_database(), session_user))
              AS sql`,
  );
  const { login, sql } = rows[0]!;
  return rightsMissing(login, reason, [sql]);
}

async function findLacking(db: Db): Promise<Lacking> {
  const { rows } = await db.query<{ login: string; role: string; exists: boolean; taken: boolean }>(
    `SELECT quote_ident(session_user) AS login, role, oid IS NOT NULL AS exists,
            coalesce(pg_has_role(oid, CASE WHEN current_setting('server_version_num')::int < 160000
                                           THEN 'MEMBER' ELSE 'SET' END), false) AS taken
       FROM unnest($1::text[]) AS role LEFT JOIN pg_roles ON rolname = role`,
    [ROLES],
  );
  return {
    login: rows[0]?.login ?? "",
    missing: rows.filter(({ exists }) => !exists).map(({ role }) => role),
    notTaken: rows.filter(({ taken }) => !taken).map(({ role }) => role),
  };
}

function statementsFor({ login, missing, notTaken }: Lacking): readonly string[] {
  const made = missing.map((role) => `CREATE ROLE ${role} NOLOGIN`);
  return notTaken.length === 0 ? made : [...made, `GRANT ${notTaken.join(", ")} TO ${login}`];
}

function rightsMissing(login: string, error: unknown, statements: readonly string[]): Refusal {
  const why = error instanceof Error ? error.message : String(error);
  return new Refusal("database.rights-missing", { login, why, sql: `${statements.join("; ")};` });
}
