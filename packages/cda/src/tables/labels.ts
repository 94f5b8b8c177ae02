/**
 * Labels of document classes (JDV_J06). The value set itself is not among the tables that this package carries: these
 * are the labels that ANS' own METADATA.XML samples write. A class without one has no label here.
 *
 * @see ansforge/interop-exemples-xdm, classifications `urn:uuid:41a5887f-8865-4c09-adf7-e362475b143a`.
 */
export const classLabels: ReadonlyMap<string, string> = new Map([
  ['10', 'Compte rendu'],
  ['11', 'Synthèse'],
  ['31', 'Imagerie médicale'],
  ['42', 'Prescription'],
  ['44', 'Plan de soins, protocole de soins'],
  ['52', 'Certificat, déclaration'],
  ['60', 'Données de remboursement'],
]);

/**
 * Labels of formats (JDV_J10), from the same samples, classifications `urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d`.
 */
export const formatLabels: ReadonlyMap<string, string> = new Map([
  ['urn:ans:ci-sis:img-da:2022', "Demande d'actes d'imagerie"],
  ['urn:asip:ci-sis:crgm:2018', 'Compte rendu de génétique moléculaire'],
  ['urn:asip:ci-sis:cse-cs9:2017', "Certificat de santé du 9ème mois de l'enfant"],
  ['urn:asip:ci-sis:dci:2009', 'Fiche patient à risque en cardiologie - Défibrillateur cardiaque interne'],
  ['urn:asip:ci-sis:dlu:2015', "Document de liaison d'urgence"],
  ['urn:asip:ci-sis:eunv:2013', "Fiche d'épisode de soin en unité neuro-vasculaire"],
  ['urn:asip:ci-sis:fludr:2017', "Fiche de liaison d'urgence - Retour des urgences vers l'EHPAD"],
  ['urn:asip:ci-sis:frcp:2011', 'Fiche de réunion de concertation pluridisciplinaire'],
  ['urn:asip:ci-sis:hr:2019', 'Données de remboursement'],
  ['urn:asip:ci-sis:ldl-ses:2017', "Lettre de Liaison à la sortie de l'établissement de santé"],
  ['urn:asip:ci-sis:pavc:2016', "Compte-rendu de consultation d'évaluation pluri-professionnelle post AVC"],
  ['urn:asip:ci-sis:pps-cancer:2017', 'Programme Personnalisé de Soins - Cancer'],
  ['urn:asip:ci-sis:sdm-mr:2017', 'Set de Données Minimum - Maladies Rares'],
  ['urn:asip:ci-sis:sunv:2013', "Fiche de sortie d'unité neuro-vasculaire"],
  ['urn:asip:ci-sis:tap:2009', 'Fiche patient à risque en cardiologie - Traitement antiagrégant plaquettaire, stent'],
  ['urn:asip:ci-sis:tlm-da:2020', "Demande d'acte de télémédecine"],
  ['urn:asip:ci-sis:vsm:2012', 'Synthèse médicale'],
  ['urn:ihe:iti:xds-sd:pdf:2008', 'Document à corps non structuré en Pdf/A-1'],
  ['urn:ihe:lab:xd-lab:2008', "Compte rendu structuré d'examens de biologie médicale"],
  ['urn:ihe:pharm:pre:2010', 'Prescription de produits de santé'],
  ['urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013', "Compte-rendu d'imagerie médicale"],
]);
