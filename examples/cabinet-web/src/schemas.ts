/** Question and answer of `GET /annuaire` as JSON Schema: fastify refuses what is not so, and sends nothing else. */

const nullableText = { type: ['string', 'null'] };

export const questionSchema = {
  type: 'object',
  additionalProperties: false,
  properties: {
    q: { type: 'string', maxLength: 200, default: '' },
    profession: { type: 'string', maxLength: 100 },
    department: { type: 'string', pattern: '^(?:0[1-9]|[13-8][0-9]|2[1-9AB]|9[0-5]|97[1-8]|98[4-8])$' },
    type: { type: 'string', enum: ['PER', 'ORG', 'APP', 'CAB'] },
    offset: { type: 'integer', minimum: 0, maximum: 1_980, default: 0 },
    limit: { type: 'integer', minimum: 1, maximum: 50, default: 20 },
  },
} as const;

/** What the question is once it was checked. */
export interface Question {
  readonly q: string;
  readonly profession?: string;
  readonly department?: string;
  readonly type?: 'PER' | 'ORG' | 'APP' | 'CAB';
  readonly offset: number;
  readonly limit: number;
}

export const refusalSchema = {
  type: 'object',
  required: ['code', 'message'],
  additionalProperties: false,
  properties: { code: { type: 'string' }, message: { type: 'string' } },
} as const;

export const answerSchema = {
  type: 'object',
  required: ['total', 'offset', 'hits'],
  additionalProperties: false,
  properties: {
    total: { type: 'integer' },
    offset: { type: 'integer' },
    hits: {
      type: 'array',
      items: {
        type: 'object',
        required: ['id', 'address', 'type', 'dematerialisation', 'matches'],
        additionalProperties: false,
        properties: {
          id: { type: 'integer' },
          address: nullableText,
          type: nullableText,
          dematerialisation: { type: ['boolean', 'null'] },
          civility: nullableText,
          familyName: nullableText,
          givenName: nullableText,
          rpps: nullableText,
          profession: nullableText,
          specialty: nullableText,
          organisation: nullableText,
          tradeName: nullableText,
          service: nullableText,
          postalCode: nullableText,
          city: nullableText,
          matches: {
            type: 'array',
            items: {
              type: 'object',
              required: ['word', 'field', 'kind'],
              additionalProperties: false,
              properties: { word: { type: 'string' }, field: { type: 'string' }, kind: { type: 'string' } },
            },
          },
        },
      },
    },
  },
} as const;
