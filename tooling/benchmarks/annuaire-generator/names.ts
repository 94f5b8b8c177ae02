import { ZipfList } from './random.ts';

// Family names of common knowledge, the most frequent first, and names composed from parts: some 5,000 distinct ones.
const frequent = `Martin Bernard Thomas Petit Robert Richard Durand Dubois Moreau Laurent Simon Michel Lefebvre Leroy Roux David Bertrand Morel
Fournier Girard Bonnet Dupont Lambert Fontaine Rousseau Vincent Muller Lefèvre Faure André Mercier Blanc Guérin Boyer Garnier Chevalier
François Legrand Gauthier Garcia Perrin Robin Clément Morin Nicolas Henry Roussel Mathieu Gautier Masson Marchand Duval Denis Dumont
Marie Lemaire Noël Meyer Dufour Meunier Brun Blanchard Giraud Joly Rivière Lucas Brunet Gaillard Barbier Arnaud Martinez Gérard Roche
Renard Schmitt Roy Leroux Colin Vidal Caron Picard Roger Fabre Aubert Lemoine Renaud Dumas Lacroix Olivier Philippe Bourgeois Pierre
Benoit Rey Leclerc Payet Rolland Leclercq Guillaume Lecomte Lopez Jean Dupuy Guillot Hubert Berger Carpentier Sanchez Dupuis Moulin
Louis Deschamps Huet Vasseur Perez Boucher Fleury Royer Klein Jacquet Adam Paris Poirier Marty Aubry Guyot Carré Charles Renault
Charpentier Ménard Maillard Baron Bertin Bailly Hervé Schneider Fernandez Le Gall|Collet Léger Bouvier Julien Prévost Millet Perrot
Daniel Le Roux|Cousin Germain Breton Besson Langlois Rémy Le Goff|Pelletier Lévêque Perrier Leblanc Barré Lebrun Marchal Weber Mallet
Hamon Boulanger Jacob Monnier Michaud Rodriguez Guichard Gillet Étienne Grondin Poulain Tessier Chevallier Collin Chauvin Da Silva|
Bouchet Gay Lemaître Bénard Maréchal Humbert Reynaud Antoine Hoarau Perret Barthélemy Cordier Pichon Lejeune Gilbert Lamy Delaunay
Pasquier Carlier Laporte Gros Buisson Briand Alexandre Georges Albert Bertaud Didier Coulon Voisin Lacombe Ollivier Vallet Besnard Pons
Navarro Maillot Rousselle Bodin Salmon Delattre Guillet Regnier Texier Devaux Camus Guilbert Carlos Bouvet Charrier Tanguy Costa Allard
Leconte Masse Lebon Raymond Hernandez Lombard Mahé Delmas Ferrand Verdier Peltier Barbe Rossi Grenier Maury Prigent Ribeiro Riou Morvan
Le Corre|Tran Nguyen Pham Diallo Traoré Diop Ba Haddad Benali Cohen Lévy Amar Khelifi Mansouri Bouzid Cherif Saïdi Kaya Yilmaz Ferreira
Pereira Gomes Dos Santos|Fernandes Rodrigues Gonçalves Esposito Ricci Moretti Kowalski Nowak Wagner Hoffmann Fischer Becker Zimmermann
Schaeffer Kieffer Le Bihan|Le Bris|Le Meur|Kervella Guéguen Quéré Abgrall Cariou Etcheverry Ibarra Casanova Santoni Luciani d'Alès|
d'Aubigny|d'Harcourt|de La Tour|de Saint-Aubin|de Villeneuve|du Plessis|de Kerdrel|L'Hermite L'Hostis O'Brien MacCarthy`;

const starts =
  `Beau Bel Bon Bour Brous Cas Cha Champ Char Châtel Clair Cour Cros Des Dau Del Du Fau Fon Fort Fro Gar Gau Gran Gro Haut Jou Lan Lar Lau
Mal Mar Mas Mau Mon Mont Mor Nou Par Per Pey Pi Plan Pon Pra Pré Quin Ra Ri Ro Roche Sal San Sau Ser Sou Tau Ter Tour Val Van Ver Vi
Ville Vol`.split(/\s+/);
const ends = `bault bert bois bourg brun camp card chard chaud court dard din doux dreau fert feuille fils fontaine gard gère gnac gnon
gnol guet lac lain lard laud let lier lin lon longe mand mel mier mont nac nard nault neuf niac nier not perche pied pin rac rand rel
rier rin rot roux rieux sac sard selle set sier sin son tal tard teau tel ter tier tin ton vain val veau vert vier ville vin voisin
zac`.split(/\s+/);

/** Splits on white space; a name that has spaces of its own ends with `|`. */
function nameList(text: string): string[] {
  const names: string[] = [];
  for (const piece of text.split(/\n|(?<=\|)/)) {
    const isCompound = piece.endsWith('|');
    const words = piece.replace('|', '').trim().split(' ');
    if (!isCompound) names.push(...words.filter((word) => word !== ''));
    else {
      // The particle begins at the last word that is one.
      const at = words.findLastIndex((word) => /^(Le|Da|Dos|de|du|d'.*)$/.test(word));
      names.push(...words.slice(0, at), words.slice(at).join(' '));
    }
  }
  return names;
}

function composedNames(): string[] {
  const names: string[] = [];
  // Every end after every start, walked diagonally so that neighbours in rank do not share their beginning.
  for (let turn = 0; turn < ends.length; turn++) {
    for (let at = 0; at < starts.length; at++) names.push(`${starts[at] ?? ''}${ends[(at + turn) % ends.length] ?? ''}`);
  }
  return names;
}

/** As in real life: 1 in 300 is a Martin, half of the people have a name that few others have. */
export const familyNames: ZipfList<string> = new ZipfList([...new Set([...nameList(frequent), ...composedNames()])], {
  flatness: 25,
  exponent: 0.95,
});

const women = `Marie Sophie Isabelle Nathalie Catherine Anne Christine Sylvie Valérie Céline Julie Sandrine Claire Camille Stéphanie Émilie
Aurélie Caroline Hélène Laurence Virginie Pauline Marion Florence Élodie Véronique Charlotte Cécile Laura Mathilde Martine Brigitte
Delphine Élise Lucie Agnès Alice Sarah Patricia Anaïs Audrey Béatrice Juliette Margaux Manon Léa Chloé Emma Inès Françoise Monique Corinne
Karine Mélanie Amandine Fanny Estelle Élisabeth Dominique Christelle Nadia Fatima Samira Leïla Yasmine Amélie Alexandra Clémence Noémie
Justine Morgane Océane Solène Gwenaëlle Maëlle Nolwenn Bénédicte Geneviève Chantal Jacqueline Nicole Odile Colette Michèle Annick Joëlle
Muriel Séverine Fabienne Laetitia Vanessa Jessica Ludivine Marine Coralie Eva Jeanne Louise Rose Zoé Ambre Aïcha Khadija Mariam Aminata
Thi-Mai Linh Maria Ana Carmen Francesca Irina Olga Ségolène Apolline Capucine Victoire Blandine Solange Ghislaine Armelle
Marie-Christine Marie-Claude Anne-Sophie Marie-Hélène Anne-Marie Marie-Laure Marie-Pierre Anne-Laure Marie-Thérèse Anne-Claire`.split(
  /\s+/,
);
const men =
  `Philippe Pierre Nicolas Jean Michel François Christophe Laurent Olivier Thomas Frédéric Julien Alain Éric Patrick Stéphane Bernard
Antoine Vincent Sébastien Guillaume Pascal Thierry Bruno David Alexandre Maxime Benjamin Romain Matthieu Jérôme Daniel Didier Marc Xavier
Jacques Arnaud Gilles Clément Fabrice Paul Benoît Damien Hugo Adrien Denis Louis Gérard Hervé Quentin Cédric Emmanuel Fabien Florian
Alexis Grégory Jean-Pierre Jean-Marc Jean-Luc Jean-Michel Jean-François Jean-Claude Jean-Philippe Jean-Paul Jean-Louis Jean-Baptiste
Simon Samuel Lucas Théo Arthur Victor Baptiste Valentin Kévin Anthony Mathieu Yann Yves Loïc Erwan Gwenaël Ronan Tanguy Mohamed Karim
Mehdi Rachid Samir Youssef Ahmed Omar Ibrahima Mamadou Moussa Franck Régis Rémi Serge Claude Dominique André Robert René Roger Henri
Georges Étienne Luc Joseph Charles Édouard Gabriel Raphaël Léon Hadrien Augustin Côme Foucauld Tristan Aurélien Ludovic Mickaël
Christian Joël Noël Aymeric Geoffroy Amaury Bertrand Marcel Raymond Maurice Tuan Minh Carlos Luis José Antonio Marco Andrei Stefan
Pierre-Yves Pierre-Antoine Charles-Henri Paul-Henri Louis-Marie`.split(/\s+/);

const options = { flatness: 6, exponent: 0.9 };
export const womenNames: ZipfList<string> = new ZipfList(women, options);
export const menNames: ZipfList<string> = new ZipfList(men, options);
