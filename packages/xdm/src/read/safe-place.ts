const knownNames =
  /^(?:IHE_XDM|SUBSET\d{2,4}|SS\d{6}|METADATA\.XML|README\.TXT|INDEX\.HTML?|FSTYLE\.XSL|DOC\d{1,8}\.[A-Z]{3}|DOC\d{1,8}|__MACOSX|\.DS_STORE|\.SVN|THUMBS\.DB|DESKTOP\.INI)$/i;

/**
 * The place of an entry for warnings and problems. The sender chooses names, and a name may hold a patient's: a part
 * that is not one of the well-known names is replaced by its extension.
 *
 * @param position - of the entry in the archive, from 1.
 */
export function safePlace(name: string, position: number): string {
  const parts = name.split('/').filter((part) => part !== '');
  const safe = parts.map((part) => {
    if (knownNames.test(part)) return part;
    const extension = /\.[A-Za-z0-9]{1,4}$/.exec(part)?.[0] ?? '';
    return `*${extension}`;
  });
  return safe.every((part, index) => part === parts[index]) ? safe.join('/') : `${safe.join('/')} (entry ${position})`;
}
