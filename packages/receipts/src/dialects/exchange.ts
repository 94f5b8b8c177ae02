import { address, line, type Dialect } from '../dialect.js';

/** Exchange 5.5 to 2003: "did not reach the following recipient(s)", in the language of the server. */
export const exchange: Dialect = {
  name: 'exchange',
  signs: [
    { text: /did not reach the following recipient\(s\)/i },
    { text: /n['’]a pas atteint (?:le|les|certains|tous les)|n['’]est pas parvenu (?:au|aux) destinataire/i },
    { text: /(?:Folgende|nachfolgend).{0,40}Empf[äa]nger.{0,60}(?:nicht erreicht|nicht zugestellt)/i },
    {
      text: /no (?:ha llegado|lleg[óo]) a(?:l| los)? (?:siguientes? )?destinatario|non ha raggiunto (?:il|i) destinatari|n[ãa]o (?:alcan[çc]ou|chegou).{0,30}destinat/i,
    },
    { text: /MSEXCH:(?:IMS|MSExchangeMTA)/i },
  ],
  recipients: [line(`^\\s*'?${address}'?\\s+(?:on|le|am|el|il|em|op)\\s+\\S.*$`)],
  skips: [/^\s*The MTS-ID of the original/i, /^;l=/],
};

/** Exchange 2007 and later, Office 365: the part for administrators, in any language. */
export const exchangeOnline: Dialect = {
  name: 'exchange-online',
  signs: [
    {
      text: /Diagnostic information for administrators|Informations de diagnostic (?:pour|destin)|Diagnoseinformationen|Informaci[óo]n de diagn[óo]stico|Informazioni diagnostiche|Informa[çc][õo]es de diagn[óo]stico|Diagnostische gegevens/i,
    },
    {
      text: /Delivery has failed to these recipients|[ÉE]chec de la remise (?:à|pour) ces destinataires|Fehler bei der Nachrichtenzustellung|La entrega al siguiente destinatario|Impossibile recapitare/i,
    },
    {
      text: /(?:Remote Server returned|Le serveur distant a renvoy|Der Remoteserver hat|El servidor remoto devolvi|Server at \S+ returned)/i,
    },
  ],
  from: /(?:Diagnostic information|Informations de diagnostic|Diagnoseinformationen|Informaci[óo]n de diagn|Informazioni diagn|Informa[çc][õo]es de diagn|Diagnostische gegevens|Generating server|Serveur de g[ée]n[ée]ration)/i,
  recipients: [line(`^\\s*<?${address}>?\\s*$`), line(`^\\s*<?${address}>?[:;]?\\s+(?<words>#.*)$`)],
  stops: [/^\s*(?:Original message headers|En-t[êe]tes (?:de message|du message)|Kopfzeilen der|Encabezados de mensaje)/i],
};
