import { address, line, type Dialect } from '../dialect.js';

/** Gmail before and after it wrote delivery-status parts. */
export const gmail: Dialect = {
  name: 'gmail',
  signs: [
    { text: /Delivery to the following recipients?\s+(?:failed|has been delayed)/i },
    {
      sender: /mailer-daemon@google/i,
      text: /(?:Address not found|Message blocked|Message not delivered|Recipient inbox full|Delivery incomplete)/i,
    },
  ],
  recipients: [
    line(`^\\s+${address}\\s*$`),
    line(`(?:wasn't delivered to|problem delivering your message to|delivering your message to) ${address}`),
  ],
  recipientHeader: 'X-Failed-Recipients',
  shared: /^\s*(?:Technical details of|The response (?:was|from)|The error that the other server returned)/i,
  skips: [/^\s*(?:Message will be retried|Delivery to the following)/i],
};

/** Google Groups: the group does not exist or does not take messages from this sender; written in the reader's language. */
export const googleGroups: Dialect = {
  name: 'google-groups',
  signs: [
    { text: /^[ \t]*Google Groups\s*$/im, header: 'X-Failed-Recipients' },
    { text: /groups\.google\.com\/support|support\.google\.com\/a\/\S*bin\/topic/i, header: 'X-Failed-Recipients' },
  ],
  recipients: [],
  recipientHeader: 'X-Failed-Recipients',
  words: 'the sender may not have permission to post messages to the group, or the group does not exist',
};

/** Google Workspace: "** Message not delivered **", the recipient only in the returned message. */
export const googleWorkspace: Dialect = {
  name: 'google-workspace',
  signs: [{ text: /^\*\* .{1,80} \*\*\s*$/im, sender: /mailer-daemon@google/i }],
  recipients: [line(`(?:wasn't delivered to|problem delivering your message to) ${address}`)],
  shared: /^\s*The response (?:was|from the remote server was):/i,
  anonymous: true,
};
