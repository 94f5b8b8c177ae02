import { mixSeed, seededRandom, ZipfList, type SeededRandom } from './random.ts';

export interface Town {
  readonly name: string;
  readonly postalCode: string;
  readonly department: string;
}

// The largest towns, by population, as everybody knows them.
const large = `Paris 75000,Marseille 13000,Lyon 69000,Toulouse 31000,Nice 06000,Nantes 44000,Montpellier 34000,Strasbourg 67000,Bordeaux 33000,
Lille 59000,Rennes 35000,Reims 51100,Toulon 83000,Saint-Étienne 42000,Le Havre 76600,Grenoble 38000,Dijon 21000,Angers 49000,
Villeurbanne 69100,Saint-Denis 93200,Nîmes 30000,Clermont-Ferrand 63000,Aix-en-Provence 13100,Le Mans 72000,Brest 29200,Tours 37000,
Amiens 80000,Annecy 74000,Limoges 87000,Metz 57000,Boulogne-Billancourt 92100,Perpignan 66000,Besançon 25000,Orléans 45000,Rouen 76000,
Montreuil 93100,Caen 14000,Argenteuil 95100,Mulhouse 68100,Nancy 54000,Saint-Denis 97400,Saint-Paul 97460,Roubaix 59100,Tourcoing 59200,
Nanterre 92000,Vitry-sur-Seine 94400,Créteil 94000,Avignon 84000,Poitiers 86000,Aubervilliers 93300,Dunkerque 59140,Colombes 92700,
Aulnay-sous-Bois 93600,Versailles 78000,Asnières-sur-Seine 92600,Courbevoie 92400,Fort-de-France 97200,Cherbourg-en-Cotentin 50100,
Rueil-Malmaison 92500,Pau 64000,Béziers 34500,Champigny-sur-Marne 94500,La Rochelle 17000,Calais 62100,Cannes 06400,Antibes 06600,
Mérignac 33700,Saint-Nazaire 44600,Drancy 93700,Ajaccio 20000,Bastia 20200,Colmar 68000,Issy-les-Moulineaux 92130,Noisy-le-Grand 93160,
Vénissieux 69200,Évry-Courcouronnes 91000,Cergy 95000,Levallois-Perret 92300,Valence 26000,Bourges 18000,Pessac 33600,Cayenne 97300,
Quimper 29000,La Seyne-sur-Mer 83500,Antony 92160,Villeneuve-d'Ascq 59650,Troyes 10000,Clichy 92110,Montauban 82000,Chambéry 73000,
Ivry-sur-Seine 94200,Niort 79000,Neuilly-sur-Seine 92200,Sarcelles 95200,Lorient 56100,Villejuif 94800,Hyères 83400,Beauvais 60000,
Narbonne 11100,Vannes 56000,Saint-Malo 35400,Bayonne 64100,Arles 13200,Meaux 77100,La Roche-sur-Yon 85000,Évreux 27000,Belfort 90000,
Chalon-sur-Saône 71100,Albi 81000,Blois 41000,Saint-Brieuc 22000,Châteauroux 36000,Laval 53000,Bobigny 93000,Tarbes 65000,Alès 30100,
Carcassonne 11000,Bourg-en-Bresse 01000,Nevers 58000,Auxerre 89000,Mâcon 71000,Gap 05000,Digne-les-Bains 04000,Privas 07000,
Charleville-Mézières 08000,Foix 09000,Rodez 12000,Aurillac 15000,Angoulême 16000,Tulle 19000,Brive-la-Gaillarde 19100,Guéret 23000,
Périgueux 24000,Chartres 28000,Auch 32000,Lons-le-Saunier 39000,Mont-de-Marsan 40000,Le Puy-en-Velay 43000,Cahors 46000,Agen 47000,
Mende 48000,Chaumont 52000,Épinal 88000,Bar-le-Duc 55000,Verdun 55100,Alençon 61000,Arras 62000,Vesoul 70000,Mamoudzou 97600,
Basse-Terre 97100,Pointe-à-Pitre 97110,Moulins 03000,Vichy 03200,Laon 02000,Saint-Quentin 02100,L'Haÿ-les-Roses 94240`;

const saints =
  'Amand André Aubin Benoît Christophe Clair Cyr Denis Didier Étienne Félix Georges Germain Hilaire Jean Julien Laurent Léger Loup Marcel Martin Maurice Médard Michel Nazaire Ouen Pardoux Paul Pierre Priest Rémy Romain Sauveur Sulpice Symphorien Vincent Yrieix'.split(
    ' ',
  );
const stems =
  'Auver Beau Belle Bru Cham Champ Châtillon Clair Cour Creu Dam Fay Fontaine Gran Hau Lou Mar Mon Mont Neu Noir Pui Roche Sau Tour Val Vau Ver Vil Ville'.split(
    ' ',
  );
const endings = 'bec bourg champ court fort gny lac lieu loup mont nac neuve rac sac tot val vic vieille ville villers'.split(' ');
const rivers =
  "-sur-Loire,-sur-Seine,-sur-Saône,-sur-Marne,-sur-Mer,-sur-Orne,-sur-Isère,-sur-Lot,-en-Bresse,-en-Forez,-en-Vercors,-en-Caux,-le-Château,-la-Forêt,-les-Bains,-les-Mines,-d'Aubrac,-d'Auge,-du-Désert,-du-Bois,,,,".split(
    ',',
  );
const departments = Array.from({ length: 95 }, (_, index) => String(index + 1).padStart(2, '0')).filter((code) => code !== '20');

function departmentOf(postalCode: string): string {
  if (postalCode.startsWith('97')) return postalCode.slice(0, 3);
  if (postalCode.startsWith('20')) return postalCode < '20200' ? '2A' : '2B';
  return postalCode.slice(0, 2);
}

function villages(count: number): Town[] {
  const towns: Town[] = [];
  for (let index = 0; index < count; index++) {
    const random = seededRandom(mixSeed(77, index));
    const stem = random.chance(0.4) ? `Saint-${random.pick(saints)}` : `${random.pick(stems)}${random.pick(endings)}`;
    const department = random.pick(departments);
    const postalCode = `${department}${String(1 + random.below(99)).padStart(2, '0')}0`;
    towns.push({ name: `${stem}${random.pick(rivers)}`, postalCode, department: departmentOf(postalCode) });
  }
  return towns;
}

const largeTowns = large.split(',').map((text): Town => {
  const [, name = '', postalCode = ''] = /^\s*(.+) (\d{5})$/.exec(text) ?? [];
  return { name, postalCode, department: departmentOf(postalCode) };
});

const towns = new ZipfList<Town>([...largeTowns, ...villages(3000)], { flatness: 2, exponent: 0.85 });
const boroughs: Readonly<Record<string, number>> = { Paris: 20, Marseille: 16, Lyon: 9 };

/** A town, large ones most often; Paris, Marseille and Lyon with their arrondissements. */
export function drawTown(random: SeededRandom): Town {
  const town = towns.draw(random);
  const count = boroughs[town.name];
  if (count === undefined) return town;
  const borough = String(1 + random.below(count)).padStart(2, '0');
  return { ...town, postalCode: `${town.postalCode.slice(0, 3)}${borough}` };
}

const roadTypes = new ZipfList(['RUE', 'AV', 'BD', 'PL', 'RTE', 'CHE', 'ALL', 'IMP', 'QU', 'CRS'], { flatness: 1, exponent: 1.2 });
const roads =
  'de la République,Victor Hugo,de Paris,Jean Jaurès,des Écoles,du Général de Gaulle,Pasteur,de la Gare,du Moulin,de Verdun,Gambetta,de la Liberté,Jules Ferry,du 8 Mai 1945,des Lilas,Saint-Jacques,de la Mairie,des Tilleuls,du Château,de Bretagne,Claude Bernard,Émile Zola,Molière,du Stade,des Acacias,de l’Hôpital,Louis Aragon,Marie Curie,René Laennec,du Faubourg'
    .replaceAll('’', "'")
    .split(',');

export interface Street {
  readonly number: string;
  readonly repetition: string;
  readonly type: string;
  readonly label: string;
}

export function drawStreet(random: SeededRandom): Street {
  return {
    number: String(1 + random.below(random.chance(0.8) ? 60 : 400)),
    repetition: random.chance(0.06) ? 'B' : '',
    type: roadTypes.draw(random),
    label: random.pick(roads),
  };
}
