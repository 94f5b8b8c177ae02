/**
 * Labels of document classes: TRE_A03-ClasseDocument (1.2.250.1.213.1.1.4.1), version of 2023-12-15, whole.
 *
 * @see https://mos.esante.gouv.fr/NOS/TRE_A03-ClasseDocument
 */
export const classLabels: ReadonlyMap<string, string> = new Map([
  ['10', 'Compte rendu'],
  ['11', 'Synthèse'],
  ['31', 'Imagerie médicale'],
  ['42', 'Prescription'],
  ['43', 'Dispensation'],
  ['44', 'Plan de soins, protocole de soins'],
  ['45', 'Traitement administré'],
  ['52', 'Certificat, déclaration'],
  ['60', 'Données de remboursement'],
  ['90', 'Autres documents déposés par le patient'],
  ['95', 'Document de gestion'],
  ['99', 'Document technique'],
]);

/**
 * Labels of formats: those that the METADATA.XML samples of ANS write, and for the others those of
 * JDV_J10-XdsFormatCode-CISIS, version of 2024-04-26.
 *
 * @see https://mos.esante.gouv.fr/NOS/JDV_J10-XdsFormatCode-CISIS
 * @see ansforge/interop-exemples-xdm, classifications `urn:uuid:a09d5840-386c-46f2-b5ad-9c3699a4309d`
 */
export const formatLabels: ReadonlyMap<string, string> = new Map([
  ['urn:ans:ci-sis:bio-ep-bio:2022', "Prescription d'actes de biologie médicale"],
  ['urn:ans:ci-sis:cse-mde:2023', 'Mesures de signes vitaux'],
  ['urn:ans:ci-sis:img-da:2022', "Demande d'actes d'imagerie"],
  ['urn:asip:ci-sis:aunv:2013', "Fiche d'admission en unité neuro-vasculaire"],
  ['urn:asip:ci-sis:avk:2009', 'Fiche patient à risque en cardiologie - Traitement AVK'],
  ['urn:asip:ci-sis:cr-anest:2020', "Compte rendu d'anesthésie"],
  ['urn:asip:ci-sis:cr-cpa:2020', 'Compte rendu de consultation pré-anesthésique'],
  ['urn:asip:ci-sis:crgm:2018', 'Compte rendu de génétique moléculaire'],
  ['urn:asip:ci-sis:crrtn:2013', 'Compte-rendu de rétinographie'],
  ['urn:asip:ci-sis:cse-cs24:2017', "Certificat de santé du 24ème mois de l'enfant"],
  ['urn:asip:ci-sis:cse-cs8:2017', "Certificat de santé du 8ème jour de l'enfant"],
  ['urn:asip:ci-sis:cse-cs9:2017', "Certificat de santé du 9ème mois de l'enfant"],
  ['urn:asip:ci-sis:cva:2017', 'Carnet de vaccination électronique'],
  ['urn:asip:ci-sis:d2lm-fidd:2017', "Seconde lecture de mammographie - Fiche d'interprétation du bilan de diagnostic différé"],
  ['urn:asip:ci-sis:d2lm-fin:2017', "Seconde lecture de mammographie - Fiche d'interprétation nationale"],
  ['urn:asip:ci-sis:dci:2009', 'Fiche patient à risque en cardiologie - Défibrillateur cardiaque interne'],
  ['urn:asip:ci-sis:dlu-dlu-dom:2022', "Document de liaison d'urgence DOM"],
  ['urn:asip:ci-sis:dlu-fludr-dom:2022', "Fiche de liaison d'urgence - Retour des urgences vers le domicile"],
  ['urn:asip:ci-sis:dlu-fludt-dom:2022', "Fiche de liaison d'urgence - Transfert du domicile vers les urgences"],
  ['urn:asip:ci-sis:dlu:2015', "Document de liaison d'urgence"],
  ['urn:asip:ci-sis:eunv:2013', "Fiche d'épisode de soin en unité neuro-vasculaire"],
  ['urn:asip:ci-sis:export-dui:2023', 'Export du Dossier Usager informatisé'],
  ['urn:asip:ci-sis:fludr:2017', "Fiche de liaison d'urgence - Retour des urgences vers l'EHPAD"],
  ['urn:asip:ci-sis:fludt:2017', "Fiche de liaison d'urgence - Transfert de l'EHPAD vers les urgences"],
  ['urn:asip:ci-sis:frcp:2011', 'Fiche de réunion de concertation pluridisciplinaire'],
  ['urn:asip:ci-sis:hr:2019', 'Données de remboursement'],
  ['urn:asip:ci-sis:idap:2011', 'Information et directives anticipées du patient'],
  ['urn:asip:ci-sis:ldl-ees:2017', "Lettre de Liaison à l'entrée d'un établissement de santé"],
  ['urn:asip:ci-sis:ldl-ses:2017', "Lettre de Liaison à la sortie de l'établissement de santé"],
  ['urn:asip:ci-sis:obp-sap:2023', 'Synthèse antepartum'],
  ['urn:asip:ci-sis:obp-scm:2023', 'Synthèse Suites de Couches Mère'],
  ['urn:asip:ci-sis:obp-sem:2023', 'Synthèse Enfant en Maternité'],
  ['urn:asip:ci-sis:obp-sne:2023', 'Synthèse Salle de Naissance Enfant'],
  ['urn:asip:ci-sis:obp-snm:2023', 'Synthèse Salle de Naissance Mère'],
  ['urn:asip:ci-sis:pavc:2016', "Compte-rendu de consultation d'évaluation pluri-professionnelle post AVC"],
  ['urn:asip:ci-sis:ppp:2023', 'Plan personnalisé de prévention'],
  ['urn:asip:ci-sis:pps-cancer:2017', 'Programme Personnalisé de Soins - Cancer'],
  ['urn:asip:ci-sis:pps-paerpa:2017', 'Plan Personnalisé de Santé - PAERPA'],
  ['urn:asip:ci-sis:ppv:2009', "Fiche patient à risque en cardiologie - Porteur d'une prothèse valvulaire"],
  ['urn:asip:ci-sis:psc:2009', "Fiche patient à risque en cardiologie - Porteur d'un stimulateur cardiaque"],
  ['urn:asip:ci-sis:sdm-mr:2017', 'Set de Données Minimum - Maladies Rares'],
  ['urn:asip:ci-sis:sunv:2013', "Fiche de sortie d'unité neuro-vasculaire"],
  ['urn:asip:ci-sis:tap:2009', 'Fiche patient à risque en cardiologie - Traitement antiagrégant plaquettaire, stent'],
  ['urn:asip:ci-sis:tlm-da:2020', "Demande d'acte de télémédecine"],
  ['urn:asip:ci-sis:vac-note:2021', 'Note de vaccination'],
  ['urn:asip:ci-sis:vac:2019', 'Historique des vaccinations'],
  ['urn:asip:ci-sis:vsm:2012', 'Synthèse médicale'],
  ['urn:ihe:eyecare:geneyeevalcn:2014', 'CR de consultation en ophtalmologie'],
  ['urn:ihe:iti-fr:xds-sd:jpeg:2010', 'Document à corps non structuré en format jpeg'],
  ['urn:ihe:iti-fr:xds-sd:rtf:2010', 'Document à corps non structuré en format rtf'],
  ['urn:ihe:iti-fr:xds-sd:tiff:2010', 'Document à corps non structuré en format tiff'],
  ['urn:ihe:iti:xds-sd:pdf:2008', 'Document à corps non structuré en Pdf/A-1'],
  ['urn:ihe:iti:xds-sd:text:2008', 'Document à corps non structuré en texte brut'],
  ['urn:ihe:lab:xd-lab:2008', "Compte rendu structuré d'examens de biologie médicale"],
  ['urn:ihe:palm:apsr:2016', "CR d'anatomie et de cytologie pathologiques"],
  ['urn:ihe:pcc:ips:2020', 'Synthèse médicale'],
  ['urn:ihe:pharm:dis:2010', 'Dispensation médicamenteuse'],
  ['urn:ihe:pharm:pre:2010', 'Prescription de produits de santé'],
  ['urn:ihe:rad:CDA:ImagingReportStructuredHeadings:2013', "Compte-rendu d'imagerie médicale"],
]);
