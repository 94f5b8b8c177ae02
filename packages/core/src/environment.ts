/**
 * The only switch for test identities.
 *
 * `production` (the default everywhere) refuses the test and demonstration OIDs of the INS for addresses and in
 * messages composed for sending. Reading accepts them with a warning in both environments.
 */
export type Environment = 'production' | 'test';
