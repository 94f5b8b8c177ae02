/** A message of a few lines. */
export function simpleMail(subject: string, headers: Readonly<Record<string, string>> = {}): string {
  const fields = {
    From: 'a@mssante.test',
    To: 'b@mssante.test',
    Subject: subject,
    Date: 'Fri, 02 Jan 2026 03:04:06 +0000',
    'Message-ID': `<${subject.length}@mssante.test>`,
    ...headers,
  };
  return `${Object.entries(fields)
    .map(([name, value]) => `${name}: ${value}\r\n`)
    .join('')}\r\nBonjour.\r\n`;
}
