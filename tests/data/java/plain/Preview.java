//PREVIEW
//MAIN Preview
//COMPILE_OPTIONS -Xlint:none
public class Preview {
    public static void main(String[] args) {
        System.out.println("preview");
    }
}
