/**
 * Conversations: threads that are repaired where a client broke them, one conversation for each patient and circle of
 * correspondents, and who may answer whom.
 *
 * @packageDocumentation
 */
export { openConversations, type ConversationQuery, type Conversations, type ConversationsOptions } from './conversations.js';
export { endsConversation, messageFacts, patientKeyOf, patientKeyOfAddresses } from './facts.js';
export { mayAnswer, mayStart, type AnswerableMessage, type AnswerReason, type AnswerRight } from './who-may-answer.js';
export { type Conversation, type ConversationEntry, type ConversationMessage, type ConversationPlace } from './types.js';
