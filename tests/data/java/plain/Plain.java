///usr/bin/env jbang "$0" "$@" ; exit $?
//JAVA 21+
//RUNTIME_OPTIONS '-Dgreeting=good day'

public class Plain {
    public static void main(String[] args) {
        System.out.println(System.getProperty("greeting") + " " + String.join("|", args));
        System.exit(args.length > 0 && args[0].equals("fail") ? 7 : 0);
    }
}
