class One {}
class Two {}
