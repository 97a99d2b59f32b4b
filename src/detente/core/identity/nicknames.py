"""Short forms of first names, and the names they may stand for.

Common knowledge of English names with a few German, French, Spanish and Italian ones, written down for this project.
Input: nothing; read by `names`.
"""

from __future__ import annotations

from collections import defaultdict

from detente.core.identity.letters import without_umlauts

_SHORT_FORMS = """
abigail: abby abbie gail
abraham: abe abram bram
adelaide: addie ada della
agnes: aggie nessie
alan: al allan allen alun
albert: al bert bertie
alexander: al alec alex alexis lex sandy sasha xander ali alick
alexandra: alex alexa lexi lexie sandra sandy sasha alix
alfred: al alf alfie fred freddie
alice: ali allie ally
alison: ali allie ally allison
amanda: mandy manda
andrew: andy drew andi andreas
angela: angie ange
ann: annie anne anna nan nancy
anthony: tony ant antony anton
antonio: tony toni
archibald: archie
arnold: arnie
arthur: art artie
augustus: gus august augie
barbara: barb barbie babs bobbie
bartholomew: bart
beatrice: bea bee trixie
benjamin: ben benny benji benjy
bernard: bernie barney bern
bertram: bert bertie
bradley: brad
bridget: biddy bridie
caroline: carrie caro lina carol
catherine: cathy cath kate katie kathy kitty cat cate katherine kathryn katharine kathleen kay
cecilia: cissy celia cece
charles: charlie chuck chas chaz chip charley carl
charlotte: lottie charlie char
christian: chris
christina: chris chrissie tina christine kristina
christine: chris chrissie tina chrissy
christopher: chris kit topher christoph
clarence: clarry
clement: clem
clifford: cliff
constance: connie
cornelius: neil con
curtis: curt
cynthia: cindy
daniel: dan danny
david: dave davy davey dai
deborah: deb debbie debra
dennis: denny den
desmond: des
donald: don donnie donny
dorothy: dot dottie dolly dora
douglas: doug
edgar: ed eddie
edmund: ed eddie ned ted
edward: ed eddie ned ted teddy eddy
edwin: ed eddie
eleanor: ellie nell nellie nora ella elinor
elizabeth: liz lizzie beth betty bess bessie betsy eliza libby lisa elsie elise lizzy elisabeth
emily: em emmy millie
emma: em emmy
ernest: ernie
esther: essie hettie
eugene: gene
evelyn: evie eve
ferdinand: ferdie
florence: flo flora florrie flossie
frances: fran francie fanny frankie
francis: frank frankie fran
francisco: paco pancho frank
frederick: fred freddie freddy rick fritz frederic
gabriel: gabe
geoffrey: geoff jeff
george: georgie geo
gerald: gerry jerry
gerard: gerry jerry
gilbert: gil bert
giovanni: gianni vanni
giuseppe: beppe peppe
gregory: greg
gwendolen: gwen gwendolyn
hannah: annie
harold: hal harry
harriet: hattie harriett
helen: nell nellie lena ellen
henry: hal harry hank
herbert: bert herb herbie
horatio: horace
hubert: bert hugh
hugh: hughie
ian: iain
ignatius: iggy
isaac: ike zac
isabella: bella izzy belle isabel
jacob: jake jack
jacqueline: jackie jacqui
james: jim jimmy jamie jem jas
jane: janie jenny
janet: jan jenny
jason: jay
jean: jeanie
jeffrey: jeff
jennifer: jen jenny jenn jennie
jeremiah: jerry jem
jeremy: jerry jem
jessica: jess jessie
joan: joanie
joanna: jo joanne
johann: hans jo
johannes: hans jo jan
john: jack johnny jon johnnie
jonathan: jon jonny john nathan
jose: pepe
joseph: joe joey jo jos
josephine: jo josie
joshua: josh
judith: judy
julia: julie jules
julian: jules
katharina: kathi kathrin katja
kenneth: ken kenny
kimberly: kim kimberley
lawrence: larry laurie lars laurence
leonard: len lenny leo
leopold: leo poldi
leslie: les
lewis: lew louie louis
lillian: lily lil lilian
louis: lou louie lewis
louisa: lou louise
louise: lou lulu
lucas: luke
lucy: lu
ludwig: lutz
magdalena: lena magda
manuel: manny manolo
margaret: maggie meg peggy marge margie daisy greta madge peg rita margery
maria: mia mimi
martha: marty mattie
martin: marty
mary: molly polly mae may mamie
matilda: tilly mattie maud
matthew: matt mat
maurice: maury moe morris
maximilian: max
maxwell: max
melissa: mel missy
michael: mike mick mickey micky mikey mitch
michelle: shelly
mildred: millie
mitchell: mitch
nancy: nan
nathan: nat nate
nathaniel: nat nate nathan
nicholas: nick nicky nico nicolas klaus
nicole: nicky nikki
norman: norm
oliver: ollie noll
oscar: ozzie
oswald: oz ozzie
pamela: pam
patricia: pat patty trish tricia patsy
patrick: pat paddy rick
paul: pauly
penelope: penny
percival: percy
peter: pete
philip: phil pip phillip
priscilla: cilla prissy
rachel: rae
ralph: rafe
raymond: ray
rebecca: becky becca
reginald: reg reggie rex
richard: rick dick rich ricky richie dickie rico
robert: bob bobby rob robbie robby bert
roberto: beto rob
roderick: rod roddy
rodney: rod
roger: rog hodge
roland: rollo rowland
ronald: ron ronnie ronny
rosemary: rose rosie
rupert: bert
russell: russ
samantha: sam sammy
samuel: sam sammy
sarah: sally sadie sal sara
sebastian: seb bastian
sidney: sid sydney
simon: si
sophia: sophie
stanley: stan
stephen: steve stevie steven ste stephan
stephanie: steph
susan: sue susie suzie suzy susanna
sylvester: sly
terence: terry
teresa: terry tess tessa theresa
theodore: ted teddy theo
thomas: tom tommy thom
timothy: tim timmy
tobias: toby
ursula: ulla uschi
valentine: val
valerie: val
veronica: ronnie vera
victor: vic
victoria: vicky tori vicki
vincent: vince vinny
virginia: ginny ginger
walter: walt wally
wilfred: wilf fred
wilhelm: willi willy
wilhelmina: mina minnie
william: bill billy will willie liam willy
winifred: winnie freda
winston: win
zachary: zac zach zack
"""


def _roots() -> dict[str, tuple[str, ...]]:
    roots = defaultdict(set)
    for line in _SHORT_FORMS.split("\n")[1:-1]:
        formal, _, short = line.partition(":")
        for name in (formal, *short.split()):
            roots[without_umlauts(name)].add(without_umlauts(formal))
    return {name: tuple(sorted(of)) for name, of in roots.items()}


ROOTS = _roots()
"""First name, folded → the formal names it may stand for, itself among them if it is one."""


def roots(first: str) -> tuple[str, ...]:
    """Return the formal names that a folded first name may stand for: itself, if it is no known short form."""
    return ROOTS.get(first, (first,))
