/** What a place in the configuration file holds. One description serves validation and help. */
export type ConfigField = FieldText & FieldKind;

interface FieldText {
  readonly fr: string;
  readonly en: string;
  readonly required?: true;
}

/**
 * | kind | in the file | after validation |
 * |---|---|---|
 * | `text`, `number`, `boolean`, `choice` | as JSON has them | the same |
 * | `path` | relative to the folder of the file | absolute |
 * | `database` | a path, a `postgres://` address, or a secret that holds one | {@link DatabasePlace} |
 * | `secret` | `{ "env": … }`, `{ "file": … }`, `{ "ask": true }`, or a text | {@link SecretSource} |
 * | `list`, `object` | as JSON has them | the same, of what they hold |
 * | `variants` | an object whose `type` says which | the same |
 * | `oneOf` | a word of its own, or an object | the word, or the object |
 */
type FieldKind =
  | { readonly kind: 'text'; readonly pattern?: RegExp }
  | { readonly kind: 'number'; readonly min: number; readonly max: number }
  | { readonly kind: 'boolean' }
  | { readonly kind: 'choice'; readonly values: readonly string[] }
  | { readonly kind: 'path' }
  | { readonly kind: 'database' }
  | { readonly kind: 'secret' }
  | { readonly kind: 'list'; readonly of: ConfigField }
  | { readonly kind: 'object'; readonly keys: ConfigKeys }
  | { readonly kind: 'variants'; readonly of: Readonly<Record<string, ConfigKeys>> }
  | { readonly kind: 'oneOf'; readonly words: readonly string[]; readonly keys: ConfigKeys };

/** The keys of an object, in the order in which the help tells them. */
export type ConfigKeys = Readonly<Record<string, ConfigField>>;

/** Where a secret comes from. Its value is read only when it is needed. */
export type SecretSource =
  | { readonly from: 'env'; readonly name: string }
  | { readonly from: 'file'; readonly path: string }
  | { readonly from: 'person' }
  | { readonly from: 'inline'; readonly value: string };

/** A database: an SQLite file, or an address of PostgreSQL, which may hold a password. */
export type DatabasePlace =
  | { readonly kind: 'sqlite'; readonly file: string }
  | { readonly kind: 'postgres'; readonly address: SecretSource };
