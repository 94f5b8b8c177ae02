/** French sentences for error codes. A code without one is shown with its English sentence. */
export const frenchSentences: Readonly<Record<string, string>> = Object.freeze({
  ERR_MSS_CLI_USAGE: 'arguments incorrects ; voir « mss help »',
  ERR_MSS_CLI_FILE: "un fichier n'a pas pu être lu ou écrit",
  ERR_MSS_CLI_TOO_LARGE: 'le fichier dépasse la limite',
  ERR_MSS_CLI_NEGATIVE: 'la vérification est négative',
  ERR_MSS_CLI_INTERNAL: 'erreur inattendue (MSS_DEBUG=1 pour le détail)',
});
