"""Common passwords, which are refused although they are long enough."""

__all__ = ["COMMON_PASSWORDS"]

_BY_SPACES = """
00000000 01234567 0123456789 0987654321 10203040 11111111 111111111 1111111111 11112222 11223344
112233445566 12121212 123123123 12341234 12344321 1234512345 12345678 123456789 1234567890 12345679
123456aa 123456abc 1234qwer 123qwe123 123qweasd 13131313 14725836 147258369 159357456 159753456 19841984
1q2w3e4r 1q2w3e4r5t 1q2w3e4r5t6y 1qaz2wsx 1qaz2wsx3edc 1qazxsw2 20202020 21212121 22222222 33333333
44444444 55555555 66666666 741852963 77777777 78945612 789456123 87654321 88888888 963852741 98765432
987654321 99999999 999999999 a1234567 a12345678 a123456789 a1b2c3d4 aa123456 aa12345678 aaaaaaaa
abc12345 abc123456 abcd1234 abcdefg1 abcdefgh access14 adidas123 admin123 admin1234 admin12345
adminadmin administrator alejandro alexander alexandra america1 angel123 anthony1 arsenal1 asd12345
asdasdasd asdf1234 asdfasdf asdfghjk asdfghjkl asdfjkl1 ashley123 babygirl barcelona baseball basketball
batman123 beautiful benjamin bismillah blahblah blink182 bonjour1 brandon1 butterfly california carolina
changeme changeme1 changeme123 charlie1 charlotte chelsea1 chocolate christian christina christine
christopher cocacola computer computer1 corvette courtney creative danielle december default1 diamond1
dolphin1 dragon123 elephant elizabeth estrella facebook fernando ferrari1 firebird football football1
forever1 freedom1 freehold gabriel1 gangster garfield gateway1 godzilla goodluck guest123 hannah123
hello123 hello1234 hellohello helloworld honda123 hunter123 iloveyou iloveyou! iloveyou1 iloveyou2
infinity internet isabella jackson1 jennifer jessica1 jonathan jordan123 jordan23 jupiter1 justin123
killer123 kimberly kristina lakers24 leonardo letmein! letmein1 letmein123 liverpool liverpool1 login123
logitech london123 lovelove loveyou1 manchester margaret marina123 marlboro martinez master123 matthew1
maverick mercedes michael1 michelle midnight minecraft mistress monkey123 montreal motorola mustang1
mynameis naruto123 natalie1 newpassword nicholas nintendo november p4ssw0rd p@55w0rd p@ssw0rd p@ssword
pa$$w0rd pa$$word pakistan panasonic paradise pass1234 passpass passport passw0rd passw0rd1 password
password! password0 password00 password01 password1 password1! password11 password12 password123
password123! password1234 password2 password3 patricia peaches1 peanut123 phoenix1 platinum playboy1
pokemon1 pokemon123 porsche911 precious princesa princess princess1 professor purple123 q1w2e3r4
q1w2e3r4t5 qazwsx12 qazwsx123 qazwsxedc qazxswedc qqqqqqqq qwe123qwe qweasdzxc qweqweqwe qwer1234
qwert123 qwerty12 qwerty123 qwerty1234 qwerty12345 qwerty123456 qwertyqwerty qwertyui qwertyuiop
raiders1 rainbow1 ranger123 rangers1 redskins rockstar root1234 rootroot samantha samsung1 samsung123
sandiego santiago sapphire scorpion sebastian secret123 security september serenity shadow123 simpsons
slipknot snowball soccer123 spiderman spongebob starcraft startrek starwars steelers stephanie
stronghold success1 sunflower sunshine sunshine1 super123 superman superman1 superstar swordfish
sylvester temp1234 tennis123 test1234 test12345 testing1 testing123 testpass testtest thomas123 thunder1
tiger123 tinkerbell titanic1 trinity1 trustme1 trustno1 twilight undertaker user1234 username valentina
valentine vanessa1 veronica victoria victory1 volleyball warcraft webmaster welcome! welcome01 welcome1
welcome1! welcome12 welcome123 whatever william1 winston1 wolverine xxxxxxxx yamaha123 yankees1
yellow123 zaq12wsx zaq1zaq1 zaqwsxcde zxcvbnm, zxcvbnm1 zxcvbnm123 zzzzzzzz
"""

COMMON_PASSWORDS = frozenset(_BY_SPACES.split())
